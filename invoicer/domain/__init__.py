"""domain: the nouns, frozen, without input or output. Import them from the module that defines them."""
