"""How Centrifugo's bidirectional clients speak: `v1` as 2.8 does, `v2` as 3.2 to 6.9 do."""
