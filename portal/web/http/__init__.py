"""HTTP mechanics: cache, headers, proxy, static files, errors, health."""
