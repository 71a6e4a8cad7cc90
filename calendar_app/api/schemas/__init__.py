"""What the API takes and gives, as pydantic models: they validate, and the OpenAPI document is made from them."""
