# Cox regression by R's survival, for what the tests of cxlab.maths compare with: Rscript cox.R > cox.csv
# Data: lung and heart of the package itself, as lifelines ships them.
library(survival)
options(digits = 12)
out <- function(case, item, value) {
  cat(sprintf("%s,%s,%d,%.10g\n", case, item, seq_along(value), value), sep = "")
}
fitted <- function(case, fit) {
  out(case, "coefficient", coef(fit))
  out(case, "error", sqrt(diag(if (is.null(fit$naive.var)) fit$var else fit$naive.var)))
  if (!is.null(fit$naive.var)) out(case, "robust_error", sqrt(diag(fit$var)))
  out(case, "log_likelihood", fit$loglik[2])
}
cat(sprintf("# R %s, survival %s\n", getRversion(), packageVersion("survival")))
cat("case,item,place,value\n")

kept <- lung[!is.na(lung$ph.ecog), ]
for (ties in c("efron", "breslow")) {
  fit <- coxph(Surv(time, status) ~ age + sex + ph.ecog, kept, ties = ties, robust = TRUE)
  fitted(paste0("lung_", ties), fit)
  fit <- coxph(Surv(time, status) ~ age + sex + ph.ecog, kept, ties = ties)
  new <- data.frame(age = c(50, 70), sex = c(2, 1), ph.ecog = c(0, 2))
  told <- summary(survfit(fit, newdata = new), times = c(100, 365, 730))
  for (who in 1:2) {
    out(paste0("lung_", ties), paste0("staying_", who), told$surv[, who])
    out(paste0("lung_", ties), paste0("staying_error_", who), told$std.err[, who] / told$surv[, who])
  }
}

# a covariate that changes: several rows a patient, late entry
for (ties in c("efron", "breslow")) {
  fit <- coxph(Surv(start, stop, event) ~ age + year + transplant, heart, ties = ties, cluster = id)
  fitted(paste0("heart_", ties), fit)
}
out("heart_efron", "concordance", concordance(Surv(start, stop, event) ~ predict(coxph(Surv(start, stop, event) ~ age + year + transplant, heart)), heart, reverse = TRUE)$concordance)
fitted("heart_strata", coxph(Surv(start, stop, event) ~ age + year + strata(surgery), heart, cluster = id))

# Brier score with weights for censoring, chances by Kaplan-Meier of each sex
km <- summary(survfit(Surv(time, status) ~ sex, lung), times = 365)$surv
chance <- km[lung$sex]
weight <- rttright(Surv(time, status) ~ 1, lung, times = 365)
stayed <- as.numeric(lung$time > 365)
out("lung_brier", "score", sum(weight * (stayed - chance)^2) / sum(weight))
everybody <- summary(survfit(Surv(time, status) ~ 1, lung), times = 365)$surv
out("lung_brier", "flat", sum(weight * (stayed - everybody)^2) / sum(weight))
