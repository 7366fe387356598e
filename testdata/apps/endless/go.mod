module github.com/ginreload/ginreload/testdata/apps/endless

go 1.25

require (
	github.com/ginreload/ginreload/testdata/apps/routes v0.0.0
	github.com/fvbock/endless v0.0.0-20160117203324-447134032cb6
)

replace github.com/ginreload/ginreload/testdata/apps/routes => ../routes
