package dev.meltemi.sidecar;

/// The version that this proxy tells the mesh.
final class Version {
    static final String CURRENT = current();

    private Version() {}

    private static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
