"""What can be sent to an employer: information sheets by mail, each in the version that was promised."""
