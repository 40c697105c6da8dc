namespace reputed {}
