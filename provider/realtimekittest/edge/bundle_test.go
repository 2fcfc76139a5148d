package edge_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// table is what the SDK's bundle says of its wire: it has been minified, yet
// messages and events keep their names, as the SDK needs them when it runs.
type table struct {
	events   map[string]uint32  // number, by "room.joinRoom"
	messages map[string][]field // by "socket.room.Peer"
	enums    map[string][]value // by "media.ProducerKind"
}

type field struct {
	number int
	name   string
	kind   string // "string", "repeated message media.ProducerState", "enum media.ProducerKind"
}

type value struct {
	number int
	name   string
}

// The forms in which the bundler leaves what the table is made from. A bundle in
// which one of them is not found is built otherwise: the table cannot be trusted.
var (
	classForm    = regexp.MustCompile(`class ([\w$]+) extends [\w$]+\{constructor\(\)\{super\("([\w.]+)",\[((?:\{[^{}]*(?:\{[^{}]*\})?[^{}]*\},?)*)\]\)`)
	instanceForm = regexp.MustCompile(`([\w$]+)=new ([\w$]+)[,;]`)
	fieldForm    = regexp.MustCompile(`\{no:(\d+),name:"(\w+)",(?:jsonName:"\w+",)?kind:"(\w+)",(?:oneof:"\w+",)?(repeat:\d,)?(?:opt:!0,)?(?:T|K):(?:(\d+)|\(\)=>(?:\["([\w.]+)",([\w$]+)[^\]]*\]|([\w$]+)))`)
	enumForm     = regexp.MustCompile(`^(\w)\)\{(.*?)\}\)\(`) // after "var X;(function("
	valueForm    = regexp.MustCompile(`=(\d+)\]="(\w+)"`)
	literalForm  = regexp.MustCompile(`^\{((?:\w+:\d+,?)+)\}`) // after a variable's name
	numberForm   = regexp.MustCompile(`^(\d+)[,;]`)
	// shifted is called with a service's number, masked with a constant.
	shiftedForm = regexp.MustCompile(`function ([\w$]+)\(s,t\)\{return Object\.keys\(t\)\.reduce\(\(e,r\)=>\(e\[r\]=\(s<<16\)\+t\[r\],e\),\{\}\)\}`)
	maskedForm  = regexp.MustCompile(`function ([\w$]+)\(s,t\)\{return Object\.keys\(s\)\.reduce\(\(e,r\)=>\(e\[r\]=t\|s\[r\],e\),\{\}\)\}`)
)

// The services whose events are spoken here, by the number they count from.
const (
	roomService  = "0"
	mediaService = "50331648"
)

var scalars = map[string]string{
	"1": "double", "2": "float", "3": "int64", "4": "uint64", "5": "int32", "8": "bool", "9": "string", "12": "bytes", "13": "uint32",
}

func tableOf(bundle string) (table, error) {
	t := table{events: map[string]uint32{}, messages: map[string][]field{}, enums: map[string][]value{}}
	if err := t.readEvents(bundle); err != nil {
		return table{}, err
	}
	class := map[string]string{} // message, by the minified name of its class
	found := classForm.FindAllStringSubmatch(bundle, -1)
	for _, m := range found {
		class[m[1]] = m[2]
	}
	instance := map[string]string{} // message, by the variable that fields name
	for _, m := range instanceForm.FindAllStringSubmatch(bundle, -1) {
		if name, ok := class[m[2]]; ok {
			instance[m[1]] = name
		}
	}
	for _, m := range found {
		fields := fieldForm.FindAllStringSubmatch(m[3], -1)
		if len(fields) != strings.Count(m[3], "{no:") {
			return table{}, fmt.Errorf("%s has fields that cannot be read: %s", m[2], m[3])
		}
		t.messages[m[2]] = []field{}
		for _, f := range fields {
			kind := scalars[f[5]]
			switch f[3] {
			case "message":
				kind = "message " + instance[f[8]]
			case "enum":
				kind = "enum " + f[6]
				if err := t.readEnum(bundle, f[6], f[7]); err != nil {
					return table{}, err
				}
			case "map":
				kind = "map"
			}
			if kind == "" || kind == "message " {
				return table{}, fmt.Errorf("%s.%s is of an unknown type: %s", m[2], f[2], f[0])
			}
			if f[4] != "" {
				kind = "repeated " + kind
			}
			number, _ := strconv.Atoi(f[1]) // digits, as the form says
			t.messages[m[2]] = append(t.messages[m[2]], field{number: number, name: f[2], kind: kind})
		}
	}
	return t, nil
}

func (t *table) readEnum(bundle, name, variable string) error {
	_, after, _ := strings.Cut(bundle, "var "+variable+";(function(")
	m := enumForm.FindStringSubmatch(after)
	if m == nil {
		return fmt.Errorf("the enum %s is not found as %s", name, variable)
	}
	t.enums[name] = nil
	for _, v := range valueForm.FindAllStringSubmatch(m[2], -1) {
		number, _ := strconv.Atoi(v[1])
		t.enums[name] = append(t.enums[name], value{number: number, name: v[2]})
	}
	return nil
}

// readEvents finds the calls that make the numbers of each service's events.
func (t *table) readEvents(bundle string) error {
	shifted, masked := shiftedForm.FindStringSubmatch(bundle), maskedForm.FindStringSubmatch(bundle)
	if shifted == nil || masked == nil {
		return fmt.Errorf("how the events get their numbers is not found")
	}
	shift, mask := regexp.QuoteMeta(shifted[1]), regexp.QuoteMeta(masked[1])
	calls := regexp.MustCompile(`=`+shift+`\(([\w$]+),([\w$]+)\)`).FindAllStringSubmatch(bundle, -1)
	for _, c := range calls {
		service := find(bundle, numberForm, c[1])
		if service == roomService {
			t.addEvents("room", 0, find(bundle, literalForm, c[2]))
		}
	}
	calls = regexp.MustCompile(`=`+mask+`\(([\w$]+),(\d+)\)`).FindAllStringSubmatch(bundle, -1)
	for _, c := range calls {
		if c[2] == mediaService {
			t.addEvents("media", 0x03000000, find(bundle, literalForm, c[1]))
		}
	}
	for _, service := range []string{"room.", "media."} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(t.events)), func(name string) bool { return strings.HasPrefix(name, service) }) {
			return fmt.Errorf("no events of the service %s are found", service)
		}
	}
	return nil
}

func (t *table) addEvents(service string, from uint32, literal string) {
	for pair := range strings.SplitSeq(literal, ",") {
		name, text, _ := strings.Cut(pair, ":")
		if number, err := strconv.ParseUint(text, 10, 16); err == nil {
			t.events[service+"."+name] = from | uint32(number)
		}
	}
}

// find returns what a variable is declared as, in a form.
func find(bundle string, form *regexp.Regexp, name string) string {
	for _, before := range []string{",", ";", " "} {
		for rest := bundle; ; {
			_, after, there := strings.Cut(rest, before+name+"=")
			if !there {
				break
			}
			if m := form.FindStringSubmatch(after); m != nil {
				return m[1]
			}
			rest = after
		}
	}
	return ""
}
