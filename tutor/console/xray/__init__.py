"""The X-ray outside the full screen: `redis-tutor xray`, and `:xray` at the prompt."""
