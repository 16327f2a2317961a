-- From now on this connection hears of every change of stock (migration 000012).
listen checkout_stock;
