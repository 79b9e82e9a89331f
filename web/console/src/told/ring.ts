// Two short tones, made here: no file to load.
let context: AudioContext | undefined;

export function ring(): void {
  try {
    context ??= new AudioContext();
    const begin = context.currentTime;
    for (const [at, pitch] of [
      [0, 660],
      [0.12, 880],
    ] as const) {
      const tone = new OscillatorNode(context, { frequency: pitch });
      const loudness = new GainNode(context, { gain: 0 });
      loudness.gain.setValueAtTime(0.08, begin + at);
      loudness.gain.exponentialRampToValueAtTime(0.001, begin + at + 0.25);
      tone.connect(loudness).connect(context.destination);
      tone.start(begin + at);
      tone.stop(begin + at + 0.3);
    }
  } catch {
    // A browser that lets no page sound before it was touched stays silent.
  }
}
