"""One mail to one address: composed purely, handed to the mail server with an honest outcome."""
