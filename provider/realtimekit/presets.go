package realtimekit

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	kit "github.com/cloudflare/cloudflare-go/v6/realtime_kit"

	"github.com/roomwarden/roomwarden/moderation"
)

// presetLasts is how long a preset that was read is believed.
const presetLasts = 5 * time.Minute

// presets are those that the configuration names. They are read, never made
// nor changed.
type presets struct {
	noVideo string
	bridge  string

	mu      sync.Mutex
	checked time.Time // when noVideo was last found right
}

type preset = kit.PresetGetPresetByIDResponseData

// checkNoVideo holds that the preset for stopping video is there and does that.
func (d *Driver) checkNoVideo(ctx context.Context) error {
	d.presets.mu.Lock()
	defer d.presets.mu.Unlock()
	if time.Since(d.presets.checked) < presetLasts {
		return nil
	}
	p, err := d.api.preset(ctx, d.presets.noVideo)
	if err != nil {
		return err
	}
	if p.Permissions.Media.Video.CanProduce != kit.PresetGetPresetByIDResponseDataPermissionsMediaVideoCanProduceNotAllowed {
		return moderation.Fault(moderation.CodeRejected, "realtimekit.preset.sends_video", "Preset", moderation.Literal(d.presets.noVideo))
	}
	d.presets.checked = time.Now()
	return nil
}

// checkBridge holds that the bridge's preset is there and lets it work unseen.
func (d *Driver) checkBridge(ctx context.Context) error {
	p, err := d.api.preset(ctx, d.presets.bridge)
	if err != nil {
		return err
	}
	var lacks []string
	for name, there := range map[string]bool{
		"hidden_participant": p.Permissions.HiddenParticipant, "disable_participant_video": p.Permissions.DisableParticipantVideo,
		"pin_participant":      p.Permissions.PinParticipant,
		"view_type GROUP_CALL": p.Config.ViewType == kit.PresetGetPresetByIDResponseDataConfigViewTypeGroupCall,
	} {
		if !there {
			lacks = append(lacks, name)
		}
	}
	if len(lacks) == 0 {
		return nil
	}
	slices.Sort(lacks)
	return moderation.Fault(moderation.CodeRejected, "realtimekit.bridge.preset_lacks",
		"Preset", moderation.Literal(d.presets.bridge), "Lacks", strings.Join(lacks, ", "))
}

// preset reads the preset of a name.
func (a *api) preset(ctx context.Context, name string) (preset, error) {
	missing := moderation.Fault(moderation.CodeRejected, "realtimekit.preset.missing", "Preset", moderation.Literal(name))
	all, err := pages(&a.sizes.presets, func(no int) ([]kit.PresetGetResponseData, error) {
		answer, err := call(ctx, reads, func(ctx context.Context) (*kit.PresetGetResponse, error) {
			var p kit.PresetGetParams
			put(&p.AccountID.Value, &p.AccountID.Present, a.account)
			put(&p.PageNo.Value, &p.PageNo.Present, float64(no))
			put(&p.PerPage.Value, &p.PerPage.Present, float64(perPage))
			return a.kit.Presets.Get(ctx, a.app, p)
		})
		if err != nil {
			return nil, err
		}
		return answer.Data, nil
	}, func(p kit.PresetGetResponseData) string { return p.ID })
	if err != nil {
		return preset{}, err
	}
	for _, one := range all {
		if one.Name != name || !segment.MatchString(one.ID) {
			continue
		}
		answer, err := call(ctx, reads, func(ctx context.Context) (*kit.PresetGetPresetByIDResponse, error) {
			var p kit.PresetGetPresetByIDParams
			put(&p.AccountID.Value, &p.AccountID.Present, a.account)
			return a.kit.Presets.GetPresetByID(ctx, a.app, one.ID, p)
		})
		if is(err, moderation.CodeNotFound) {
			return preset{}, missing
		}
		if err != nil {
			return preset{}, err
		}
		return answer.Data, nil
	}
	return preset{}, missing
}
