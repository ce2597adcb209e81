"""Who is there (登记): regions, parks, enterprises, plants and what stands in them."""
