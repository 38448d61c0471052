"""Mail about the steps of a revision: who is told of which, in which words, and what falls due tomorrow."""
