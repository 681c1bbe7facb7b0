"""Object networks: prior boxes, loss, samples, and the task that trains them."""
