package suite

import (
	"strings"
	"testing"
)

func TestAffectedFollowsImportsBackwards(t *testing.T) {
	all := []listed{
		{ImportPath: "shop", Dir: "/shop", Deps: []string{"shop/cart", "shop/price", "fmt"}},
		{ImportPath: "shop/cart", Dir: "/shop/cart", Deps: []string{"shop/price", "fmt"}, TestGoFiles: []string{"cart_test.go"}},
		{ImportPath: "shop/cart.test", Dir: "/shop/cart", Deps: []string{"shop/cart [shop/cart.test]", "shop/price", "testing"}},
		{ImportPath: "shop/cart [shop/cart.test]", Dir: "/shop/cart", ForTest: "shop/cart"},
		{ImportPath: "shop/price", Dir: "/shop/price", TestGoFiles: []string{"price_test.go"}},
		{ImportPath: "shop/price.test", Dir: "/shop/price", Deps: []string{"shop/price [shop/price.test]", "testing"}},
		{ImportPath: "shop/mock", Dir: "/shop/mock"},
		{ImportPath: "shop/web", Dir: "/shop/web", XTestGoFiles: []string{"web_test.go"}},
		{ImportPath: "shop/web.test", Dir: "/shop/web", Deps: []string{"shop/mock", "shop/web", "shop/web_test [shop/web.test]"}},
	}
	for _, c := range []struct{ name, files, want string }{
		{"a package that others import", "/shop/price/price.go", "shop/cart shop/price"},
		{"one that nobody imports", "/shop/cart/cart.go", "shop/cart"},
		{"a test", "/shop/price/price_test.go", "shop/cart shop/price"},
		{"what only a test imports", "/shop/mock/mock.go", "shop/web"},
		{"an external test", "/shop/web/web_test.go", "shop/web"},
		{"test data", "/shop/web/testdata/page.html", "shop/web"},
		{"the main package, without tests", "/shop/main.go", ""},
		{"the module", "/shop/go.mod", "shop/cart shop/price shop/web"},
		{"outside of the module", "/lib/x.go", "shop/cart shop/price shop/web"},
		{"two", "/shop/web/web.go /shop/cart/cart.go", "shop/cart shop/web"},
	} {
		if got := strings.Join(affected(all, strings.Fields(c.files)), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
