"""Files kept with contacts, agreements and commitments."""
