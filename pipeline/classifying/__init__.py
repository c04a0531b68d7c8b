"""Much text through the model: chunk by chunk, on several cores or a cluster, into files; and the shares of stances that come of it."""
