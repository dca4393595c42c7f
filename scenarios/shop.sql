CREATE SCHEMA sales;

CREATE TABLE sales.orders (
    order_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id  bigint NOT NULL,
    status       varchar(16) NOT NULL DEFAULT 'new',
    amount       numeric(12,2) NOT NULL,
    note         text,
    ordered_at   timestamptz NOT NULL DEFAULT now(),
    changed_at   timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 90);
CREATE INDEX orders_customer_idx ON sales.orders (customer_id);
