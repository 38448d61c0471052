"""What the views of files share: a file that somebody asks for, and how one is refused."""
