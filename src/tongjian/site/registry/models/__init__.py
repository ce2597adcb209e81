"""Who is there (登记): divisions, parks, enterprises, plants and what stands in them.

The code of a plant and that of a process unit or outlet in it are the one key by which records,
permits and reports know them (一源一码). The site gives plants their codes; an authority may enter
one that is in use already.
"""

from tongjian.site.registry.models.enterprises import Contact, Enterprise, OfEnterprise
from tongjian.site.registry.models.inside import Meter, Outlet, OutletKind, Product, Station
from tongjian.site.registry.models.places import DIVISION, Division, Park
from tongjian.site.registry.models.plants import OfPlant, Plant, ProcessUnit
from tongjian.site.registry.models.searching import BulkUpload, SearchTerm
from tongjian.site.registry.stored import stored

__all__ = [
    "DIVISION",
    "BulkUpload",
    "Contact",
    "Division",
    "Enterprise",
    "Meter",
    "OfEnterprise",
    "OfPlant",
    "Outlet",
    "OutletKind",
    "Park",
    "Plant",
    "ProcessUnit",
    "Product",
    "SearchTerm",
    "Station",
    "stored",
]
