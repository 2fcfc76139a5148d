// One meeting, joined as a hidden participant through Cloudflare's client SDK.
// Go calls join, act and leave; each answers with an object, never an exception.
'use strict';

const warden = (() => {
  const off = false;
  let meeting = null;
  let left = '';

  const number = (error) => {
    const found = /ERR(\d{4})/.exec(String(error && error.message));
    if (found) return Number(found[1]);
    return Number(error && error.code) || 0;
  };
  const failed = (error) => ({ failed: true, code: number(error), text: String((error && error.message) || error).slice(0, 300) });

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const until = async (holds, ms) => {
    for (const end = Date.now() + ms; !holds(); await pause(25)) {
      if (Date.now() > end) return false;
    }
    return true;
  };

  const joined = () => meeting.participants.joined.toArray();

  const join = async (token, baseURI) => {
    try {
      const options = {
        authToken: token,
        defaults: { audio: off, video: off },
        modules: { tracing: off, chat: off, poll: off, plugin: off, pip: off, theme: off, connectedMeetings: off, livestream: off },
      };
      if (baseURI) options.baseURI = baseURI;
      meeting = await RealtimeKitClient.init(options);
      meeting.self.on('roomLeft', ({ state }) => { left = state || 'left'; });
      meeting.self.on('roomJoined', () => { left = ''; });
      await meeting.join();
      return {};
    } catch (error) {
      return failed(error);
    }
  };

  const may = {
    video: () => meeting.self.permissions.canDisableParticipantVideo === true,
    pin: () => meeting.self.permissions.pinParticipant === true,
  };
  const refused = { failed: true, code: 1201, text: 'the preset does not allow it' };

  // whom returns the peers of those whose user id or custom participant id is named.
  const whom = async (targets, ms) => {
    const named = (p) => targets.some((t) => (t.user && p.userId === t.user) || (t.custom && p.customParticipantId === t.custom));
    await until(() => joined().some(named), ms);
    return joined().filter(named);
  };

  // dark tells from what the SDK shows of a participant that no camera is on: the
  // flag, or the streams where the flag waits for a picture.
  const dark = (p) => !p.videoEnabled || p.producers.every((s) => s.kind !== 'video' || s.screenShare || s.pause);

  const stopVideo = async (people, ms) => {
    for (const p of people) await p.disableVideo();
    return until(() => people.every(dark), ms);
  };

  const controls = {
    video: async (people, ms) => (may.video() ? { shown: await stopVideo(people, ms) } : refused),
    video_all: async (_, ms) => {
      if (!may.video()) return refused;
      await meeting.participants.disableAllVideo();
      return { shown: await until(() => joined().every(dark), ms) };
    },
    pin: async (people, ms, targets) => {
      if (!may.pin()) return refused;
      const one = people.find((p) => targets.some((t) => t.peer === p.id)) || people[0];
      await one.pin();
      return { shown: await until(() => one.isPinned, ms), peers: [one.id] };
    },
    unpin: async (people, ms) => {
      if (!may.pin()) return refused;
      for (const p of people.filter((p) => p.isPinned)) await p.unpin();
      return { shown: await until(() => people.every((p) => !p.isPinned), ms) };
    },
    pinned: async () => ({ shown: true, peers: joined().filter((p) => p.isPinned).map((p) => p.id) }),
  };

  const act = async (control, named, ms) => {
    const targets = named || [];
    try {
      if (left === 'disconnected') await until(() => left === '', ms);
      if (left) return { failed: true, gone: true, text: left };
      const people = targets.length ? await whom(targets, ms / 3) : [];
      if (targets.length && !people.length) return { failed: true, absent: true, text: 'not in the meeting' };
      const answer = await controls[control](people, ms / 2, targets);
      const about = targets.length ? people : joined();
      return { peers: about.map((p) => p.id), ...answer };
    } catch (error) {
      return failed(error);
    }
  };

  const leave = async () => {
    try {
      if (meeting) await meeting.leave();
      return {};
    } catch (error) {
      return failed(error);
    }
  };

  return { join, act, leave };
})();
