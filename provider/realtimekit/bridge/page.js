// One meeting, joined as a hidden participant through Cloudflare's client SDK.
// Go calls join, state, act and leave; each answers with an object, never an
// exception, within the milliseconds that it is given.
'use strict';

const warden = (() => {
  const off = false;
  let meeting = null;
  let left = '';

  // The way to the media server: whether one was asked for, and came to be.
  const media = { asked: false, up: false };
  class Connection extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      this.addEventListener('connectionstatechange', () => { media.up = media.up || this.connectionState === 'connected'; });
    }

    setLocalDescription(...description) {
      media.asked = true;
      return super.setLocalDescription(...description);
    }
  }
  window.RTCPeerConnection = Connection;

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

  // Without the theme module the SDK goes by no view type: a preset for
  // livestreams does not keep it off the media server.
  const enter = async (token, baseURI) => {
    const options = {
      authToken: token,
      defaults: { audio: off, video: off },
      modules: { tracing: off, chat: off, poll: off, plugin: off, pip: off, theme: off, connectedMeetings: off, livestream: off },
    };
    if (baseURI) options.baseURI = baseURI;
    meeting = await RealtimeKitClient.init(options);
    meeting.self.on('roomLeft', ({ state }) => { left = state || 'left'; });
    meeting.participants.setMaxActiveParticipantsCount(0); // no picture of anyone is received
    await meeting.join();
    return {};
  };

  // join ends by itself when the time is up, to tell what it waited for.
  const join = async (token, baseURI, ms) => {
    const late = pause(ms).then(() => ({ failed: true, text: 'not joined in time' }));
    const answer = await Promise.race([enter(token, baseURI).catch(failed), late]);
    return { ...answer, noMedia: answer.failed === true && media.asked && !media.up };
  };

  // away tells why nothing can be sent: out of the meeting, or its websocket is
  // not connected. The SDK would keep a control back until it is again.
  const away = () => {
    if (!meeting) return 'not joined';
    const socket = meeting.meta.socketState;
    return left || (socket && socket.state !== 'connected' ? `the websocket is ${socket.state}` : '');
  };
  const gone = () => ({ failed: true, gone: true, text: away() });

  // state tells whether the page answers and can act in the meeting.
  const state = async () => (away() ? gone() : {});

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

  const controls = {
    video: async (people, ms) => {
      if (!may.video()) return refused;
      let done = 0;
      try {
        for (const p of people) {
          await p.disableVideo();
          done++;
        }
      } catch (error) {
        return { ...failed(error), cut: away() !== '', done };
      }
      return { shown: await until(() => people.every(dark), ms) };
    },
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
      if (away()) return gone();
      const people = targets.length ? await whom(targets, ms / 3) : [];
      if (away()) return gone();
      if (targets.length && !people.length) return { failed: true, absent: true, text: 'not in the meeting' };
      const answer = await controls[control](people, ms / 2, targets);
      const about = targets.length ? people : joined();
      return { peers: about.map((p) => p.id), ...answer };
    } catch (error) {
      return { ...failed(error), cut: away() !== '' };
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

  return { join, state, act, leave };
})();
