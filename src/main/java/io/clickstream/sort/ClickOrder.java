package io.clickstream.sort;

import io.clickstream.event.CarriedText;
import io.clickstream.event.Click;
import io.clickstream.event.UserId;
import java.util.Comparator;

/**
 * Orders clicks by user as {@link UserId#ORDER} does, then by time, then by everything else that a
 * click carries behind the shuffle. Therefore the order of clicks does not depend on the order in
 * which they were read: clicks that compare as equal are the same.
 */
final class ClickOrder implements Comparator<Click> {

    static final ClickOrder INSTANCE = new ClickOrder();

    private static final Comparator<String> TEXTS =
            Comparator.nullsFirst(Comparator.naturalOrder());

    private ClickOrder() {}

    @Override
    public int compare(Click one, Click other) {
        int byUser = compareUsers(one, other);
        if (byUser != 0) {
            return byUser;
        }
        int byTime = Long.compare(one.timestamp(), other.timestamp());
        return byTime == 0 ? compareContents(one, other) : byTime;
    }

    private static int compareUsers(Click one, Click other) {
        boolean areNumbers = one.userOfText() == null && other.userOfText() == null;
        return areNumbers
                ? Long.compare(one.userNumber(), other.userNumber())
                : UserId.ORDER.compare(one.user(), other.user());
    }

    private static int compareContents(Click one, Click other) {
        int result = Boolean.compare(one.isCheckout(), other.isCheckout());
        if (result == 0) {
            result = TEXTS.compare(one.department(), other.department());
        }
        if (result == 0) {
            result = Integer.compare(one.marks(), other.marks());
        }
        if (one.carriesTexts() || other.carriesTexts()) {
            for (CarriedText each : CarriedText.values()) {
                result = result == 0 ? TEXTS.compare(one.text(each), other.text(each)) : result;
            }
        }
        return result;
    }
}
