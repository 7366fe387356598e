module github.com/ginreload/ginreload/testdata/apps/endless

go 1.25

require (
	github.com/fvbock/endless v0.0.0-20170109170031-447134032cb6
	github.com/ginreload/ginreload/testdata/apps/routes v0.0.0
)

replace github.com/ginreload/ginreload/testdata/apps/routes => ../routes
