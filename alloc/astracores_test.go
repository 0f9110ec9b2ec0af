package alloc

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Multipliers are measured in parts on all processors, and wide ones are numbered part by part: the claims are the same on any number of them.
func TestAstra_sameOnAnyNumberOfProcessors(t *testing.T) {
	var history, stakes strings.Builder
	history.WriteString("account,time,lock,change\n")
	stakes.WriteString("account,amount\n")
	for i, a := range syntheticAccounts(700) {
		for event := range 4 {
			lock := []string{"0", "6", "9", "12"}[(i+event*(i%3))%4]
			fmt.Fprintf(&history, "%s,%s,%s,%d.%018d\n", a, astraAt.Add(-time.Duration(60*24-event*150)*time.Hour).Format(time.RFC3339), lock, 1000+i*31+event, (i+1)*(event+1)*1000003)
		}
		fmt.Fprintf(&stakes, "%s,%d.5\n", a, 1+i*i%10007)
	}
	f := files{"history.csv": history.String(), "stakes.csv": stakes.String()}
	c := parse(t, astraSource("1000000000000000000000000", onePool+trailing))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	want := ""
	for _, procs := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(procs)
		got := published(t, compute(t, c, f))
		if want == "" {
			want = got
		}
		if got != want || len(got) < 700*40 {
			t.Errorf("%d processors differ", procs)
		}
	}
}
