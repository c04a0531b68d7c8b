"""What a sentence is made of: tokens, then the cues of the word lists and what each means where it stands, then the rules that decide by them."""
