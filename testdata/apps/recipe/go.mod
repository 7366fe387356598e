module github.com/ginreload/ginreload/testdata/apps/recipe

go 1.25

require github.com/cloudflare/tableflip v1.2.3
