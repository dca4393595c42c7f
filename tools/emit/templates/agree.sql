-- {{title}}
-- The contract as it is agreed on when the producer is set up; drift is found against it.
{{#relations}}
SELECT governance.agree({{relation}}, governance.contract({{relation}}), true);
{{/relations}}
