{{=<% %>=}}
{# The schema as dbt_project.yml names it; dbt's own macro would make it TARGET_NAME. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name if custom_schema_name is not none else target.schema }}
{%- endmacro %}
