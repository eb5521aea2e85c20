"""What only this site has: one room a feature, each with its code, scripts and styles together."""
