"""Events for employers: invitations with a personal link, places and a waiting list, who came, what follows."""
