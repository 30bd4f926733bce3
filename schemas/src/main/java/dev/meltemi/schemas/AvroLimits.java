package dev.meltemi.schemas;

import org.apache.avro.util.ClassSecurityValidator;

/// What Avro needs to be told once in a process, so that no JVM flag is needed: which classes records may become,
/// and how much memory a length in the bytes may ask for before the bytes are looked at.
public final class AvroLimits {
    /// The largest record of any topic is 2 MiB, so no honest length is larger.
    private static final int LONGEST = 2 << 20;
    /// An item takes at least one byte; this many don't fit a sensible record of 1 MiB.
    private static final int MOST_ITEMS = 1 << 18;

    static {
        unlessSet("org.apache.avro.limits.string.maxLength", LONGEST);
        unlessSet("org.apache.avro.limits.bytes.maxLength", LONGEST);
        unlessSet("org.apache.avro.limits.collectionItems.maxLength", MOST_ITEMS);
        ClassSecurityValidator.setGlobal(
                ClassSecurityValidator.composite(ClassSecurityValidator.getGlobal(), AvroLimits::ours));
    }

    private AvroLimits() {}

    /// Avro reads the limits when its decoder is first used, and 1.12.2 forbids generated classes that nobody
    /// vouches for, even to a builder that looks up a default. Codecs call this; so does what builds records
    /// without any codec. Once is enough, more do no harm: loading this class does it. What an operator sets by
    /// flag stays.
    public static void set() {}

    private static boolean ours(Class<?> type) {
        return type.getPackageName().startsWith(AvroLimits.class.getPackageName());
    }

    private static void unlessSet(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }
}
