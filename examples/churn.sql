-- Who is about to leave? A churn model in plain SQL, on 5,000 real customers.
-- Run it with `make demo`, or `build/foretell -f examples/churn.sql`.

CREATE OR REPLACE TABLE customers AS
SELECT row_number() OVER () AS customer_id, *
FROM 'examples/data/mlc_churn.csv.gz';

-- Train on four customers in five; the fifth is kept to see how good the model is.
CREATE OR REPLACE MODEL customer_churn
FROM (SELECT * EXCLUDE (customer_id) FROM customers WHERE customer_id % 5 <> 0)
TARGET churn
FUNCTION predict_churn;

SHOW MODEL customer_churn;

-- A view that scores every customer; it stays in the database like any other view.
-- predict_churn(c) takes a whole row by name; predict_churn(state, account_length, …) works too.
-- The file's yes and no became true and false; 'yes' is true wherever a class is compared or named.
CREATE OR REPLACE VIEW scored_customers AS
SELECT customer_id, state, churn AS actual,
       predict_churn(c) AS predicted,
       predict_churn_probability(c, 'yes') AS risk
FROM customers c;

-- How good is it on the customers that it has never seen?
SELECT round(avg((actual = predicted)::INT), 4) AS accuracy,
       round(2 * count(*) FILTER (actual = 'yes' AND predicted = 'yes')
             / (count(*) FILTER (actual = 'yes') + count(*) FILTER (predicted = 'yes')), 4) AS f1
FROM scored_customers
WHERE customer_id % 5 = 0;

SELECT round((sum(place) FILTER (actual = 'yes') - leavers * (leavers + 1) / 2)
             / (leavers * (customers - leavers)), 4) AS auc
FROM (SELECT actual,
             rank() OVER (ORDER BY risk) + (count(*) OVER (PARTITION BY risk) - 1) / 2 AS place,
             count(*) OVER () AS customers,
             count(*) FILTER (actual = 'yes') OVER () AS leavers
      FROM scored_customers
      WHERE customer_id % 5 = 0)
GROUP BY customers, leavers;

-- Retention offers: the ten customers most at risk of those who are still with us.
SELECT customer_id, state, round(risk, 3) AS risk
FROM scored_customers
WHERE customer_id % 5 = 0 AND actual = 'no'
ORDER BY risk DESC, customer_id
LIMIT 10;

-- The same question when something is not known (NULL), or was never seen in training.
SELECT what, predict_churn(c) AS predicted,
       round(predict_churn_prob(c).probabilities[1], 3) AS sure
FROM (SELECT 'as recorded' AS what, * FROM customers WHERE customer_id = 5
      UNION ALL BY NAME
      SELECT 'minutes unknown' AS what, * REPLACE (NULL AS total_day_minutes)
      FROM customers WHERE customer_id = 5
      UNION ALL BY NAME
      SELECT 'a new state' AS what, * REPLACE ('Atlantis' AS state)
      FROM customers WHERE customer_id = 5) c;
