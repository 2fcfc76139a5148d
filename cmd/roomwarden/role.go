package main

import (
	"io"
	"os"
	"strings"

	"github.com/google/uuid"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/control"
)

// roleCommand takes the words that /room-role takes in Slack.
type roleCommand struct {
	List    roleList    `cmd:"" help:"List the roles, and who holds which."`
	Grant   roleGrant   `cmd:"" help:"Give someone a role."`
	Revoke  roleRevoke  `cmd:"" help:"Take a role from someone."`
	Define  roleDefine  `cmd:"" help:"Make a role of one's own, or change it."`
	Delete  roleDelete  `cmd:"" help:"Delete a role of one's own."`
	Explain roleExplain `cmd:"" help:"Say why someone may or may not do something."`
	Unbrake roleUnbrake `cmd:"" help:"Let someone remove people again whom the brake has stopped."`
	Apply   roleApply   `cmd:"" help:"Bring roles and grants to what a file says."`
}

// acting is embedded by the roles that change something.
type acting struct {
	tabular
	Yes bool `help:"Do it without asking again." short:"y"`
}

type roleList struct {
	tabular
	YAML  bool     `help:"Write the grants and the roles of one's own as the file that role apply reads." name:"yaml"`
	Words []string `arg:"" optional:"" name:"word" help:"Whose roles alone: a user, user group or channel."`
}

// Run runs the subcommand.
func (r *roleList) Run(c *console) error {
	if r.YAML {
		return c.exportRoles(line(append([]string{"list"}, r.Words...)...))
	}
	return c.role(acting{tabular: r.tabular}, "list", r.Words...)
}

type roleGrant struct {
	acting
	Subject string   `arg:"" help:"A user, user group or channel: a bare id such as U0123ABCD."`
	Preset  string   `arg:"" help:"The role: viewer, moderator, supervisor, admin, owner or one's own."`
	Words   []string `arg:"" optional:"" name:"word" help:"[SCOPE] [for FOR] [auth_id=ID] [reason], such as live:town-* for 3d."`
}

// Run runs the subcommand.
func (r *roleGrant) Run(c *console) error {
	return c.role(r.acting, "grant", append([]string{r.Subject, r.Preset}, r.Words...)...)
}

type roleRevoke struct {
	acting
	Subject string   `arg:"" help:"A user, user group or channel: a bare id such as U0123ABCD."`
	Preset  string   `arg:"" help:"The role."`
	Words   []string `arg:"" optional:"" name:"word" help:"[SCOPE] [auth_id=ID] [reason]."`
}

// Run runs the subcommand.
func (r *roleRevoke) Run(c *console) error {
	return c.role(r.acting, "revoke", append([]string{r.Subject, r.Preset}, r.Words...)...)
}

type roleDefine struct {
	acting
	Preset string   `arg:"" help:"The role's name."`
	Words  []string `arg:"" name:"word" help:"Its permissions, such as list_rooms kick_participant, and max_ban=FOR."`
}

// Run runs the subcommand.
func (r *roleDefine) Run(c *console) error {
	return c.role(r.acting, "define", append([]string{r.Preset}, r.Words...)...)
}

type roleDelete struct {
	acting
	Preset string `arg:"" help:"The role's name."`
}

// Run runs the subcommand.
func (r *roleDelete) Run(c *console) error { return c.role(r.acting, "delete", r.Preset) }

type roleExplain struct {
	tabular
	Subject string `arg:"" help:"A user's id."`
	Action  string `arg:"" help:"An action such as kick, or a permission such as kick_participant."`
	Room    string `arg:"" optional:"" help:"The room: provider:room; anywhere when left out."`
}

// Run runs the subcommand.
func (r *roleExplain) Run(c *console) error {
	words := []string{r.Subject, r.Action}
	if r.Room != "" {
		words = append(words, r.Room)
	}
	return c.role(acting{tabular: r.tabular}, "explain", words...)
}

type roleUnbrake struct {
	acting
	Subject string `arg:"" help:"A user's id."`
}

// Run runs the subcommand.
func (r *roleUnbrake) Run(c *console) error { return c.role(r.acting, "unbrake", r.Subject) }

type roleApply struct {
	acting
	File   string `arg:"" help:"A file of roles and grants; - reads standard input."`
	DryRun bool   `help:"Only say what would change."`
}

// Run runs the subcommand.
func (r *roleApply) Run(c *console) error {
	text, err := c.read(r.File)
	if err != nil {
		return usage(err)
	}
	args := commands.Args{commands.ArgVerb: "apply", commands.ArgText: text}
	if r.DryRun {
		args[commands.ArgOptions] = "dry_run=true"
	}
	return c.do(r.acting, commands.Invocation{Command: "role", Args: args})
}

// role invokes /room-role with words.
func (c *console) role(how acting, verb string, words ...string) error {
	return c.do(how, commands.Invocation{Command: "role", Text: line(append([]string{verb}, words...)...)})
}

// exportRoles writes a list of roles as a file.
func (c *console) exportRoles(words string) error {
	return c.with(func(door control.Door) error {
		answer, err := door.Do(c.ctx, commands.Invocation{Command: "role", Text: words})
		if err != nil {
			return err
		}
		page, ok := answer.(commands.GrantPage)
		if !ok {
			return c.answer(answer, tabular{})
		}
		file, err := commands.ExportRoles(page)
		if err != nil {
			return err
		}
		return c.print(strings.TrimSuffix(string(file), "\n"))
	})
}

// do carries an invocation out and prints the answer.
func (c *console) do(how acting, in commands.Invocation) error {
	in.Key = "cli/" + uuid.Must(uuid.NewV7()).String()
	in.Confirmed = how.Yes
	return c.with(func(door control.Door) error {
		answer, err := door.Do(c.ctx, in)
		if err != nil {
			return err
		}
		return c.answer(answer, how.tabular)
	})
}

func (c *console) read(path string) (string, error) {
	if path == "-" {
		text, err := io.ReadAll(c.in)
		return string(text), err
	}
	text, err := os.ReadFile(path)
	return string(text), err
}
