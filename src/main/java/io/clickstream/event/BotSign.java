package io.clickstream.event;

import java.util.Locale;

/** By what a single click is known for a bot's. */
public enum BotSign {
    /** What the browser calls itself. */
    USER_AGENT(1),
    /** Where the click came from. */
    IP(2);

    private final int code;

    BotSign(int code) {
        this.code = code;
    }

    /** Stands for it where a click is serialized: 1 to 15, since 0 is no sign. */
    int code() {
        return code;
    }

    static BotSign ofCode(int code) {
        for (BotSign sign : values()) {
            if (sign.code == code) {
                return sign;
            }
        }
        throw new IllegalArgumentException("No sign of a bot has the code " + code);
    }

    /** The name in metrics: {@code user-agent}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
