/// Where an ``EventSequencer`` found a topic, for the next time; see
/// ``EventSequencer/advance(_:epoch:offset:hint:)``.
///
/// ```swift
/// func receiveFast(_ event: Event, hint: inout SequencingHint, now: ContinuousClock.Instant) {
///     if sequencer.advance(event.topic, epoch: event.epoch, offset: event.offset, hint: &hint) {
///         consumer.take(event)
///     } else {
///         receive(event, now: now)
///     }
/// }
/// ```
///
/// Good for one sequencer. A hint of another one, or of another topic, does no harm.
public struct SequencingHint: Sendable, Hashable {
    @usableFromInline var slot: UInt32

    /// A hint that says nothing.
    @inlinable
    public init() {
        slot = .max
    }
}
