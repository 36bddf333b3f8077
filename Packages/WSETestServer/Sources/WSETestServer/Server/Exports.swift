// Payloads, events and envelopes stand in nearly every call, so that a test needs one import.
@_exported public import WSEWire
