module github.com/ginreload/ginreload/testdata/apps/grace

go 1.25

require (
	github.com/facebookgo/grace v0.0.0-20180706040059-75cf19382434
	github.com/ginreload/ginreload/testdata/apps/routes v0.0.0
)

require (
	github.com/facebookgo/clock v0.0.0-20150410010913-600d898af40a // indirect
	github.com/facebookgo/httpdown v0.0.0-20180706035922-5979d39b15c2 // indirect
	github.com/facebookgo/stats v0.0.0-20151006221625-1b76add642e4 // indirect
)

replace github.com/ginreload/ginreload/testdata/apps/routes => ../routes
