module github.com/ginreload/ginreload/testdata/apps/routes

go 1.25
