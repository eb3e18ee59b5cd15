# Oracle values from R's survival package, for tests that need no R.
#
#   Rscript tests/reference/survival.R "$(python -c 'import lifelines.datasets as d; print(d.__path__[0])')"
#
# Writes beside itself: survival_rows.csv (two made-up tables: late entry; two ways to leave) and survival_r.csv
# (one value a row: case, of, group, at, value, error, low, high). Made with R 4.2.2, survival 3.5-3.

suppressPackageStartupMessages(library(survival))
options(digits = 12)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1]))
data <- commandArgs(TRUE)[1]

# ---- rows -------------------------------------------------------------------------------------------------------
lung <- read.csv(file.path(data, "lung.csv"))
lung$status <- lung$status - min(lung$status, na.rm = TRUE)
lung$event <- lung$status
gbsg <- read.csv(file.path(data, "gbsg2.csv"))
rossi <- read.csv(file.path(data, "rossi.csv"))
mp <- c(6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
mp_lost <- c(1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)
placebo <- c(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
leukaemia <- data.frame(time = c(mp, placebo), lost = c(mp_lost, rep(1, 21)), placebo = rep(0:1, each = 21))

set.seed(20261122)
made_up <- function(n, late) {
  a <- rbinom(n, 1, 0.5)
  b <- sample(0:2, n, replace = TRUE)
  entry <- if (late) sample(0:9, n, replace = TRUE) * rbinom(n, 1, 0.5) else rep(0, n)
  first <- ceiling(rexp(n, 0.05 * exp(0.6 * a - 0.3 * b)))
  second <- ceiling(rexp(n, 0.04 * exp(-0.4 * a + 0.2 * b)))
  censored <- entry + sample(4:24, n, replace = TRUE)
  time <- pmin(first, second, censored)
  cause <- ifelse(time == first, 1, ifelse(time == second, 2, 0))
  rows <- data.frame(entry, time, cause, a, b)
  rows[rows$time > rows$entry, ]
}
late <- made_up(220, TRUE)
ways <- made_up(160, FALSE)
late$apart <- round(late$time + rank(runif(nrow(late))) / (4 * nrow(late)), 6) # the same exits, no two at once
ways$apart <- ways$time
rows <- rbind(cbind(case = "late", late), cbind(case = "ways", ways))
write.csv(rows, file.path(here, "survival_rows.csv"), row.names = FALSE, quote = FALSE)

# ---- values -----------------------------------------------------------------------------------------------------
out <- list()
put <- function(case, of, group, at, value, error = NA, low = NA, high = NA) {
  out[[length(out) + 1]] <<- data.frame(case, of, group = as.character(group), at = as.character(at), value, error, low, high)
}
each_stratum <- function(fit) if (is.null(fit$strata)) "" else sub(".*=", "", names(fit$strata))

curves <- function(case, formula, rows, times, tau) {
  fit <- survfit(formula, data = rows, conf.type = "log-log")
  names <- each_stratum(fit)
  for (place in seq_along(names)) {
    one <- if (is.null(fit$strata)) fit else fit[place]
    s <- summary(one, times = times, extend = TRUE)
    put(case, "survival", names[place], times, s$surv, s$std.err, s$lower, s$upper)
    q <- quantile(one, probs = c(0.25, 0.5, 0.75))
    put(case, "quantile", names[place], c(0.25, 0.5, 0.75), unlist(q$quantile), NA, unlist(q$lower), unlist(q$upper))
    t <- summary(one, rmean = tau)$table
    put(case, "restricted mean", names[place], tau, t["rmean"], t["se(rmean)"])
  }
}
curves("lung", Surv(time, status) ~ sex, lung, c(100, 365, 730), 365)
curves("lung by score", Surv(time, status) ~ ph.ecog, lung[lung$ph.ecog < 3, ], c(100, 365), 500)
curves("leukaemia", Surv(time, lost) ~ placebo, leukaemia, c(5, 10, 20), 20)
curves("late", Surv(entry, time, cause > 0) ~ 1, late, c(3, 8, 15), 15)
curves("late by a", Surv(entry, time, cause > 0) ~ a, late, c(3, 8, 15), 12)

log_rank <- function(case, fit) put(case, "log-rank", "", length(fit$n) - 1, fit$chisq)
lung3 <- lung[which(lung$ph.ecog < 3), ]
log_rank("lung by sex", survdiff(Surv(time, status) ~ sex, lung))
log_rank("lung by score", survdiff(Surv(time, status) ~ ph.ecog, lung3))
log_rank("lung by score within sex", survdiff(Surv(time, status) ~ ph.ecog + strata(sex), lung3))
log_rank("gbsg2 by grade within hormone", survdiff(Surv(time, cens) ~ tgrade + strata(horTh), gbsg))
within <- survdiff(Surv(time, cens) ~ tgrade, gbsg)
log_rank("gbsg2 by grade", within)
pairs <- combn(sort(unique(gbsg$tgrade)), 2)
found <- apply(pairs, 2, function(p) survdiff(Surv(time, cens) ~ tgrade, gbsg[gbsg$tgrade %in% p, ])$chisq)
put("gbsg2 by grade", "log-rank of a pair", apply(pairs, 2, paste, collapse = " "), 1, found)
put("gbsg2 by grade", "Holm", apply(pairs, 2, paste, collapse = " "), "", p.adjust(1 - pchisq(found, 1), "holm"))
# survdiff takes no entries: Breslow's score test is the log-rank test wherever nobody leaves at the same time
score <- function(formula) coxph(formula, late, ties = "breslow", control = coxph.control(iter.max = 0))$score
log_rank_late <- function(case, formula) put(case, "log-rank", "", 2, score(formula))
log_rank_late("late by b, times apart", Surv(entry, apart, cause > 0) ~ factor(b))
log_rank_late("late by b within a, times apart", Surv(entry, apart, cause > 0) ~ factor(b) + strata(a))

ways_out <- function(case, formula, rows, times) {
  fit <- survfit(formula, data = rows, id = id)
  names <- each_stratum(fit)
  for (place in seq_along(names)) {
    one <- if (is.null(fit$strata)) fit else fit[place, ]
    s <- summary(one, times = times, extend = TRUE)
    for (cause in 1:2) put(case, paste("incidence of", cause), names[place], times, s$pstate[, cause + 1], s$std.err[, cause + 1])
  }
}
ways$state <- factor(ways$cause, 0:2, c("here", "first", "second"))
late$id <- seq_len(nrow(late))
ways$id <- seq_len(nrow(ways))
late$state <- factor(late$cause, 0:2, c("here", "first", "second"))
ways_out("ways", Surv(time, state) ~ 1, ways, c(3, 8, 15))
ways_out("ways by a", Surv(time, state) ~ a, ways, c(3, 8, 15))
ways_out("late", Surv(entry, time, state) ~ 1, late, c(3, 8, 15))

cox <- function(case, formula, rows) {
  for (ties in c("efron", "breslow")) {
    fit <- do.call(coxph, list(formula, rows, ties = ties, control = coxph.control(eps = 1e-11, iter.max = 40)))
    names <- names(coef(fit))
    put(case, paste("coxph", ties), names, "", coef(fit), sqrt(diag(fit$var)))
    put(case, paste("log-likelihood", ties), "", "", fit$loglik[2])
    if (ties == "efron" && !grepl("strata", paste(deparse(formula), collapse = " "))) {
      z <- cox.zph(fit, transform = "km", terms = FALSE)$table
      put(case, "zph km", rownames(z), z[, "df"], z[, "chisq"])
      put(case, "concordance", "", "", fit$concordance["concordance"], fit$concordance["std"])
    }
  }
}
cox("lung", Surv(time, status) ~ age + sex + ph.ecog, lung)
cox("rossi", Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio, rossi)
cox("leukaemia", Surv(time, lost) ~ placebo, leukaemia)
cox("gbsg2", Surv(time, cens) ~ age + pnodes + strata(tgrade), gbsg)
cox("late", Surv(entry, time, cause > 0) ~ a + b, late)
cox("late within b", Surv(entry, time, cause > 0) ~ a + strata(b), late)
cox("ways, first cause", Surv(time, cause == 1) ~ a + b, ways)
cox("ways, second cause", Surv(time, cause == 2) ~ a + b, ways)

for (cause in c("first", "second")) {
  split <- finegray(Surv(time, state) ~ a + b + id, data = ways, etype = cause)
  for (ties in c("efron", "breslow")) {
    fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ a + b, split, weights = fgwt, ties = ties, cluster = id,
                 control = coxph.control(eps = 1e-11, iter.max = 40))
    put(paste("ways,", cause, "cause"), paste("finegray", ties), names(coef(fit)), "", coef(fit), sqrt(diag(fit$naive.var)))
  }
}

values <- do.call(rbind, out)
for (name in c("value", "error", "low", "high")) values[[name]] <- signif(values[[name]], 10)
write.csv(values, file.path(here, "survival_r.csv"), row.names = FALSE, quote = 1:4, na = "")
