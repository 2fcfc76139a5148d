package commands

import "context"

// gate is what may stand between someone who has the permission and the act: a
// second signature. (The brake counts inside the transaction of the intent.) A
// nil Answer lets it through. It is asked after
// the capability and the words were checked and before anything is written.
func (s *Service) gate(ctx context.Context, a *attempt) Answer { return s.secondPerson(ctx, a) }

// viewer is by whose rights the room of an invocation is found: of a request,
// those of whoever approved it.
func (in Invocation) viewer() Caller {
	if in.approval != nil && in.approval.Request {
		return in.approval.By.Caller
	}
	return in.Caller
}
