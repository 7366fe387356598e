module github.com/ginreload/ginreload/testdata/apps/grace

go 1.25

require (
	github.com/ginreload/ginreload/testdata/apps/routes v0.0.0
	github.com/facebookgo/grace v0.0.0-20180604194953-75cf19382434
)

replace github.com/ginreload/ginreload/testdata/apps/routes => ../routes
