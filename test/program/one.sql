.mode csv
SELECT 1 AS a;
.read 'three.sql'
