// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of every package; `Scripts/check` keeps the copies in step.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

let package = Package(
    name: "Interop",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(path: "../Packages/WSEWire"),
        .package(path: "../Packages/WSEClient"),
        .package(path: "../Packages/WSEPool"),
    ],
    targets: [
        // Starts and commands the Python program around the published server.
        .target(name: "InteropPeer", dependencies: ["WSEWire"], swiftSettings: settings),
        .testTarget(
            name: "InteropTests", dependencies: ["InteropPeer", "WSEClient", "WSEPool"],
            swiftSettings: settings),
    ]
)
