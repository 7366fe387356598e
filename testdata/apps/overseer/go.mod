module github.com/ginreload/ginreload/testdata/apps/overseer

go 1.25

require (
	github.com/ginreload/ginreload/testdata/apps/routes v0.0.0
	github.com/jpillora/overseer v1.1.6
)

require (
	github.com/StackExchange/wmi v0.0.0-20190523213315-cbe66965904d // indirect
	github.com/go-ole/go-ole v1.2.4 // indirect
	github.com/jpillora/s3 v1.1.4 // indirect
)

replace github.com/ginreload/ginreload/testdata/apps/routes => ../routes
