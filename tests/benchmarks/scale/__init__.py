"""What grows with the number of customers: time and memory of every step, measured in processes of their own."""
