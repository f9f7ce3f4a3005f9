"""Sound, pictures, film and words in one vector space: encoders, their inputs, their arithmetic."""
