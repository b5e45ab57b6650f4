"""What is true of a case at a moment: replay, the small states, the verbs' rules, who may see."""
