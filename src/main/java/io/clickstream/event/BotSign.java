package io.clickstream.event;

import java.util.Locale;

/** The sign by which a single click is known to be by a bot. */
public enum BotSign {
    /** The user agent of the browser. */
    USER_AGENT(1),
    /** The address from which the click came. */
    IP(2);

    private final int code;

    BotSign(int code) {
        this.code = code;
    }

    /** The code of the sign in a serialized click: 1 or 2. 0 means no sign, and 3 a second byte. */
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
